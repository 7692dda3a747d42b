/** The three layers of a chat of the AI SDK, through the suite that any door passes. */
import { afterAll, beforeAll } from "vitest"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import type { HubUnderTest } from "../src/hub.ts"
import { testDoor } from "../src/vitest.ts"
import { boundChatDoor, httpChatDoor, ownChatDoor, socketChatDoor } from "./chat-doors.ts"

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub()
})
afterAll(() => hub.stop())

const restart = async (): Promise<void> => {
  await hub.kill("SIGKILL")
  await hub.start()
}
const whole = (): HubUnderTest => ({ url: hub.url(), token: hub.token, restart })

testDoor("chat over HTTP", () => httpChatDoor(whole()), whole)
testDoor("chat over a WebSocket", () => socketChatDoor(whole()), whole)
testDoor("chat on our transport", () => ownChatDoor(whole()), whole)
testDoor("bound chat", () => boundChatDoor(whole()), whole)
