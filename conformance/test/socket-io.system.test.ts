/** The Socket.IO door of a real hub, over both transports, through the suite and with the official client. */
import { io } from "socket.io-client"
import { afterAll, beforeAll } from "vitest"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { CHECKS } from "../src/checks.ts"
import { type Io, socketIoDoor } from "../src/doors/socket-io.ts"
import type { HubUnderTest } from "../src/hub.ts"
import { testDoor } from "../src/vitest.ts"

const MiB = 1024 * 1024

let hub: HubProcess
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
const client = io as unknown as Io

for (const transport of ["websocket", "polling"] as const) {
  testDoor(`Socket.IO over ${transport}`, () => socketIoDoor(whole(), client, transport), whole, {
    checks: CHECKS.filter(({ id }) => id !== "trim"),
  })
  testDoor(`Socket.IO over ${transport} of a short log`, () => socketIoDoor(trimming(), client, transport), trimming, {
    checks: CHECKS.filter(({ id }) => id === "trim"),
  })
}
