/** Any JSON value. Objects that come from outside are null-prototype or read through `Object.hasOwn`. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
