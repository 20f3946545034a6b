/** One entry of `GET /v1/models`. */
export interface ModelListEntry {
  /** Model group, the name that requests use. */
  readonly id: string;
  readonly object: 'model';
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
}

/** Answer of `GET /v1/models`. */
export interface ModelList {
  readonly data: readonly ModelListEntry[];
  readonly object: 'list';
}
