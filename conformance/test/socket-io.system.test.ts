/** The Socket.IO door of a real hub, over both transports, through the suite and with the official client. */
import { io } from "socket.io-client"
import { afterAll, beforeAll } from "vitest"
import { type Io, socketIoDoor } from "../src/doors/socket-io.ts"
import { TestHubs } from "./test-hubs.ts"

const hubs = new TestHubs()
beforeAll(() => hubs.start())
afterAll(() => hubs.stop())

const client = io as unknown as Io

hubs.test([
  { name: "Socket.IO over a WebSocket", make: (hub) => socketIoDoor(hub, client, "websocket") },
  { name: "Socket.IO over polling", make: (hub) => socketIoDoor(hub, client, "polling") },
])
