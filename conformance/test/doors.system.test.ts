/** The doors of a real hub, through the suite that any door passes. */
import { afterAll, beforeAll } from "vitest"
import { pagesDoor } from "../src/doors/pages.ts"
import { rpcDoor } from "../src/doors/rpc.ts"
import { sseDoor } from "../src/doors/sse.ts"
import { streamSocketDoor } from "../src/doors/stream-socket.ts"
import { TestHubs } from "./test-hubs.ts"

const hubs = new TestHubs()
beforeAll(() => hubs.start())
afterAll(() => hubs.stop())

hubs.test([
  { name: "stream socket", make: streamSocketDoor },
  { name: "server-sent events", make: sseDoor },
  { name: "pages over HTTP", make: pagesDoor },
  { name: "Effect RPC", make: rpcDoor },
])
