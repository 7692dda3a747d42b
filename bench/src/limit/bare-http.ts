/**
 * A bare HTTP server: prints its port, answers everything with 200.
 */
import { createServer } from "node:http"

const server = createServer((_, response) => response.end("ok"))
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  process.stdout.write(String(address.port))
})
