/** The one module of undici that the transport needs; the package's index would load fetch, caches and WebSockets too. */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';

  export default Client;
}
