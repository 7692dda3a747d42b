import { once } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { expect, it } from "vitest"
import { openSse, type SseStream } from "../../src/http/SseStream.ts"

it("H-6 what is sent together goes out in one write", async () => {
  const opened = Promise.withResolvers<SseStream>()
  const server = createServer((_, response) => opened.resolve(openSse(response, 60_000)))
  let writes = 0
  server.on("connection", (socket: Socket) => {
    const { _write: write, _writev: writev } = socket
    socket._write = (...given) => {
      writes++
      write.apply(socket, given)
    }
    socket._writev = (...given) => {
      writes++
      writev?.apply(socket, given)
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1")
  try {
    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await once(client, "data")
    const stream = await opened.promise
    writes = 0
    const taken = Promise.withResolvers<void>()
    const piece = once(client, "data")
    stream.send(["data: one\n\n", Buffer.from("data: two\n\n")], taken.resolve)
    await taken.promise
    expect(writes).toBe(1)
    expect(String((await piece)[0])).toBe("16\r\ndata: one\n\ndata: two\n\n\r\n")
  } finally {
    client.destroy()
    server.close()
  }
})
