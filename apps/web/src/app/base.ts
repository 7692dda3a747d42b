/** Where the app is: below a path, when a proxy publishes the server there. Every address of the app is relative to it. */

/** The path below which the app is, without a slash at its end; empty at the root. */
export function basePath(baseUri: string = document.baseURI): string {
  return new URL(".", baseUri).pathname.replace(/\/$/, "")
}

/** The address of the server, without a slash at its end. */
export function serverUrl(baseUri: string = document.baseURI): string {
  return new URL(".", baseUri).href.replace(/\/$/, "")
}
