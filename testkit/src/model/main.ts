/**
 * `npm run model-server -- [PORT]`: a model server by hand. Prints its address, then one line of JSON per request.
 */
import { startModelServer } from "./ModelServer.ts"

const port = Number(process.argv[2] ?? 0)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error("usage: npm run model-server -- [PORT]")
  process.exit(2)
}
const server = await startModelServer({
  port,
  onRequest: ({ number, method, path, dialect, tools, prompt, step }) =>
    console.log(JSON.stringify({ number, method, path, dialect, tools: tools.length, prompt, step })),
})
console.log(server.url)
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.stop())
