/** What a runner sends its hub that does not fit into a frame. */
import { createServer } from "node:net"
import { join } from "node:path"
import { afterEach, expect, it } from "vitest"
import { connectRunner } from "@holdfast/link/connect"
import { MAX_FRAME_BYTES, type RunnerStatus } from "@holdfast/link/messages"
import type { RunnerConnection } from "@holdfast/link/RunnerConnection"
import { RUNNER_PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { temporaryDirectory } from "@holdfast/testkit/runner/live-runner"
import { HubConnection } from "../src/server/HubConnection.ts"

const ends: Array<() => unknown> = []
afterEach(() => Promise.all(ends.splice(0).map((end) => end())))

const statusOf = (build: string): RunnerStatus => ({
  runner: "one",
  pid: process.pid,
  version: RUNNER_PROTOCOL_VERSION,
  build,
  startedAt: 0,
  draining: false,
  rss: 0,
  children: [],
  journal: { memoryBytes: 0, diskBytes: 0 },
})

/** A connection whose other end answers each request with the next status; with what was over the limit. */
async function connected(answers: Array<RunnerStatus>): Promise<{ connection: RunnerConnection; over: Array<string> }> {
  const directory = temporaryDirectory()
  const socket = join(directory.path, "runner.sock")
  const over: Array<string> = []
  const server = createServer((peer) => {
    const hub = new HubConnection(peer, {
      hello: () => {
        hub.accept("hub")
        const { runner, pid, version, build, draining, children } = statusOf("test")
        hub.send({ type: "welcome", runner, pid, version, build, draining, children })
      },
      message: (_, message) => {
        const status = answers.shift()
        if ("request" in message && status !== undefined)
          hub.reply(message.request, { type: "status", status }, (told) => over.push(told))
      },
      input: () => {},
      closed: () => {},
    })
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const events = { entry: () => {}, input: () => {}, problem: () => {}, closed: () => {} }
  const connection = await connectRunner({ socket, hub: "hub", hubEpoch: 1, events })
  ends.push(() => {
    connection.close()
    return new Promise((resolve) => server.close(resolve))
  }, directory.dispose)
  return { connection, over }
}

it("R-17 an answer that is too large for a frame is refused, and the connection stays", async () => {
  const { connection, over } = await connected([statusOf("x".repeat(MAX_FRAME_BYTES)), statusOf("small")])
  await expect(connection.status()).rejects.toMatchObject({
    _tag: "RequestRefused",
    failure: { tag: "Unavailable", message: expect.stringMatching(/^the answer is too large/) as string },
  })
  expect(over).toHaveLength(1)
  expect(await connection.status()).toMatchObject({ build: "small" })
})
