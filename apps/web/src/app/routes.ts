/** The addresses of the app, below its base path. */

/** What an address names. */
export type Route =
  | { readonly name: "workspace" }
  | { readonly name: "session"; readonly session: string; readonly message?: string; readonly seq?: number }
  | { readonly name: "new" }
  | { readonly name: "recordings" }
  | { readonly name: "settings"; readonly part?: string }

/** What a path names; one that is not known is the workspace. */
export function readRoute(path: string): Route {
  const [first, second, third, fourth] = path
    .split("/")
    .filter((part) => part !== "")
    .map(decoded)
  if (first === "new") return { name: "new" }
  if (first === "recordings") return { name: "recordings" }
  if (first === "settings") return second === undefined ? { name: "settings" } : { name: "settings", part: second }
  if (first !== "s" || second === undefined) return { name: "workspace" }
  const seq = Number(fourth)
  if (third === "at" && Number.isSafeInteger(seq) && seq >= 0) return { name: "session", session: second, seq }
  return third === "m" && fourth !== undefined
    ? { name: "session", session: second, message: fourth }
    : { name: "session", session: second }
}

/** The path of a route. */
export function pathOf(route: Route): string {
  switch (route.name) {
    case "workspace":
      return "/"
    case "new":
      return "/new"
    case "recordings":
      return "/recordings"
    case "settings":
      return route.part === undefined ? "/settings" : `/settings/${encodeURIComponent(route.part)}`
    case "session": {
      const { session, message, seq } = route
      if (seq !== undefined) return `/s/${encodeURIComponent(session)}/at/${seq}`
      return `/s/${encodeURIComponent(session)}${message === undefined ? "" : `/m/${encodeURIComponent(message)}`}`
    }
  }
}

/** The path of a session, or of a message in it. */
export function sessionPath(session: string, message?: string): string {
  return pathOf(message === undefined ? { name: "session", session } : { name: "session", session, message })
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
