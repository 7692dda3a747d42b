/** The doors of a real hub, through the suite that any door passes. */
import { afterAll, beforeAll } from "vitest"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { pagesDoor } from "../src/doors/pages.ts"
import { rpcDoor } from "../src/doors/rpc.ts"
import { sseDoor } from "../src/doors/sse.ts"
import { streamSocketDoor } from "../src/doors/stream-socket.ts"
import { CHECKS } from "../src/checks.ts"
import type { HubUnderTest } from "../src/hub.ts"
import { testDoor } from "../src/vitest.ts"

const MiB = 1024 * 1024

let hub: HubProcess
/** One that keeps so little of a terminal that the beginning leaves the log. */
let forgetful: HubProcess
beforeAll(async () => {
  hub = await startHub()
  forgetful = await startHub({ settings: { HOLDFAST_LOG_MAX_BYTES: String(MiB), HOLDFAST_CHECKPOINT_BYTES: String(MiB / 4) } })
})
afterAll(async () => {
  await hub.stop()
  await forgetful.stop()
})

const restart = async (): Promise<void> => {
  await hub.kill("SIGKILL")
  await hub.start()
}
const whole = (): HubUnderTest => ({ url: hub.url(), token: hub.token, restart })
const trimming = (): HubUnderTest => ({ url: forgetful.url(), token: forgetful.token, trimsAt: MiB })

for (const [name, make] of [
  ["stream socket", streamSocketDoor],
  ["server-sent events", sseDoor],
  ["pages over HTTP", pagesDoor],
] as const) {
  testDoor(name, () => make(whole()), whole, { checks: CHECKS.filter(({ id }) => id !== "trim") })
  testDoor(`${name} of a short log`, () => make(trimming()), trimming, { checks: CHECKS.filter(({ id }) => id === "trim") })
}

testDoor("Effect RPC", () => rpcDoor(whole()), whole, { checks: CHECKS.filter(({ shows }) => shows !== "events") })
