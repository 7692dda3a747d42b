/** The hubs of the suite's tests. */
import { heldBytes, INSPECTED } from "@holdfast/testkit/held-memory"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { MAIN } from "@holdfast/testkit/programs"
import { CHECKS } from "../src/checks.ts"
import type { DoorUnderTest } from "../src/door.ts"
import type { HubUnderTest } from "../src/hub.ts"
import { type TestedDoor, testDoors } from "../src/vitest.ts"

const MiB = 1024 * 1024
/** Settings of a hub that keeps so little of a terminal that its beginning leaves the log, and waits so little for a silent client. */
const SILENCE = 2000
const SHORT = {
  HOLDFAST_LOG_MAX_BYTES: String(MiB),
  HOLDFAST_CHECKPOINT_BYTES: String(MiB / 4),
  HOLDFAST_SOCKET_SILENCE: String(SILENCE),
}
/** Checks for which that hub is there. */
const OF_SHORT = ["trim", "quiet"]
const isOfShort = ({ id }: { readonly id: string }): boolean => OF_SHORT.includes(id)

/** Milliseconds after which a restart no longer waits for a check that has failed, or was not chosen. */
const TOGETHER_WAIT = 20_000

/** A door to test, and checks that it is left out of. */
export interface Tried {
  readonly name: string
  readonly make: (hub: HubUnderTest) => DoorUnderTest
  readonly but?: ReadonlyArray<string>
}

/** One hub as users start it, which may be killed and measured, and one with little room and patience. */
export class TestHubs {
  #whole: HubProcess | undefined
  #short: HubProcess | undefined
  #doors = 0
  #waiting: Array<PromiseWithResolvers<void>> = []
  #late: NodeJS.Timeout | undefined

  async start(): Promise<void> {
    const command = [process.execPath, INSPECTED, MAIN]
    ;[this.#whole, this.#short] = await Promise.all([startHub({ command }), startHub({ settings: SHORT })])
  }

  async stop(): Promise<void> {
    await Promise.all([this.#whole?.stop(), this.#short?.stop()])
  }

  /** Registers the tests of doors, at the one hub and at the other. Each door has one check that kills: one kill serves all of them. */
  test(doors: ReadonlyArray<Tried>): void {
    this.#doors = doors.length
    const at = (hub: () => HubUnderTest, checks: typeof CHECKS, what: string): ReadonlyArray<TestedDoor> =>
      doors.map(({ name, make, but = [] }) => ({ name: `${name}${what}`, door: () => make(hub()), hub, checks, but }))
    const short = at(() => this.#shortHub, CHECKS.filter(isOfShort), " of a hub with little room and patience")
    const whole = at(
      () => this.#wholeHub,
      CHECKS.filter((check) => !isOfShort(check)),
      "",
    )
    testDoors([...short, ...whole], { killsTogether: true })
  }

  get #wholeHub(): HubUnderTest {
    const hub = started(this.#whole)
    return { url: hub.url(), token: hub.token, restart: () => this.#restart(hub), memory: () => heldBytes(hub) }
  }

  get #shortHub(): HubUnderTest {
    const hub = started(this.#short)
    return { url: hub.url(), token: hub.token, trimsAt: MiB, silence: SILENCE }
  }

  /** Kills the hub once every door has asked for that. */
  #restart(hub: HubProcess): Promise<void> {
    const asked = Promise.withResolvers<void>()
    this.#waiting.push(asked)
    const go = (): void => {
      clearTimeout(this.#late)
      this.#late = undefined
      const all = this.#waiting.splice(0)
      hub
        .kill("SIGKILL")
        .then(() => hub.start())
        .then(
          () => all.forEach(({ resolve }) => resolve()),
          (cause: unknown) => all.forEach(({ reject }) => reject(cause)),
        )
    }
    if (this.#waiting.length === this.#doors) go()
    else this.#late ??= setTimeout(go, TOGETHER_WAIT)
    return asked.promise
  }
}

function started(hub: HubProcess | undefined): HubProcess {
  if (hub === undefined) throw new Error("the hub is not started")
  return hub
}
