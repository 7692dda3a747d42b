/** First parts of the paths that the hub answers itself; every other page below the app is the app's. */
export const HUB_PATHS: ReadonlySet<string> = new Set([
  "ai",
  "api",
  "docs",
  "health",
  "metrics",
  "open",
  "openapi.json",
  "rpc",
  "socket.io",
  "ws",
])
