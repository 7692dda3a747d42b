/** The three layers of a chat of the AI SDK, through the suite that any door passes. */
import { afterAll, beforeAll } from "vitest"
import { boundChatDoor, httpChatDoor, ownChatDoor, socketChatDoor } from "./chat-doors.ts"
import { TestHubs } from "./test-hubs.ts"

const hubs = new TestHubs()
beforeAll(() => hubs.start())
afterAll(() => hubs.stop())

hubs.test([
  { name: "chat over HTTP", make: httpChatDoor },
  { name: "chat over a WebSocket", make: socketChatDoor },
  { name: "chat on our transport", make: ownChatDoor },
  // A bound chat has the stored messages as they are, and no sign of whether one is shown as running.
  { name: "bound chat", make: boundChatDoor, but: ["turn-past"] },
])
