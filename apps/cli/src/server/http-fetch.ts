/**
 * `fetch` as far as commands need it, on Node's own HTTP client: loading the real one takes longer than most commands. So
 * does importing `node:http`, which loads everything it exports.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http"
import type { Answer, Fetch } from "@holdfast/client/http/request"
import type { CreateConnection } from "./connect.ts"

type Request = (url: string, options: RequestOptions, answered: (message: IncomingMessage) => void) => ClientRequest

/** Sends calls over `http:` or `https:`, on connections that are made by `createConnection`; redirects are answers like others. */
export const httpFetch =
  (createConnection?: CreateConnection): Fetch =>
  async (url, { method, headers, body, signal }) => {
    const secure = url.startsWith("https:")
    const { request }: { readonly request: Request } = secure
      ? process.getBuiltinModule("node:https")
      : process.getBuiltinModule("node:http")
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }
      const options = {
        method,
        headers: { ...headers, ...length },
        signal,
        // Without an agent Node does not know which port goes without saying in Host.
        defaultPort: secure ? 443 : 80,
        ...(createConnection === undefined ? {} : { createConnection: createConnection as RequestOptions["createConnection"] }),
      }
      const sent = request(url, options, (message) => resolve(answerOf(message)))
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // Where a name has several addresses, the failures of all come as one without a message.
        reject(error.message === "" ? new Error(error.code ?? "no connection", { cause: error }) : error)
      })
      sent.end(body)
    })
  }

function answerOf(message: IncomingMessage): Answer {
  const { statusCode: status = 0 } = message
  return {
    status,
    ok: status >= 200 && status < 300,
    body: message,
    text: async () => {
      const chunks: Array<Buffer> = []
      for await (const chunk of message) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks).toString("utf8")
    },
  }
}
