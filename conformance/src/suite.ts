/**
 * The suite: checks as plain functions whose results are data. Several are tried at a time; those that disturb others, alone.
 */
import type { AttachWith, DoorUnderTest } from "./door.ts"
import { CheckFailed } from "./failed.ts"
import { HubCalls, type HubUnderTest } from "./hub.ts"
import { eventually } from "./patience.ts"
import { Tape } from "./tape.ts"

/** One promise of every door, and how it is tried. */
export interface Check {
  /** Short name, for choosing checks. */
  readonly id: string
  /** The promise, in a sentence. */
  readonly title: string
  /** What it shows of the list in docs/CHECKS.md. */
  readonly proves?: ReadonlyArray<string>
  /** How it disturbs what is tried beside it, if it does: it kills the server, or measures what that holds. */
  readonly alone?: "kills" | "measures"
  /** Only for doors that show this; for both without it. */
  readonly shows?: DoorUnderTest["shows"]
  /** Why it cannot be tried here, if it cannot. */
  readonly lacks?: (suite: Suite) => string | undefined
  readonly run: (suite: Suite) => Promise<void>
}

/** What a check came to. */
export interface Result {
  readonly id: string
  readonly title: string
  readonly proves: ReadonlyArray<string>
  readonly outcome: "passed" | "failed" | "skipped"
  /** Why it failed or was skipped. */
  readonly reason?: string
  readonly milliseconds: number
  /** What was measured. */
  readonly figures: Readonly<Record<string, number>>
}

/** What a check works with: the door, the server, and the readers that it opened. */
export class Suite {
  readonly door: DoorUnderTest
  readonly hub: HubUnderTest
  readonly calls: HubCalls
  readonly figures: Record<string, number> = {}
  readonly #tapes: Array<Tape> = []

  constructor(door: DoorUnderTest, hub: HubUnderTest) {
    this.door = door
    this.hub = hub
    this.calls = new HubCalls(hub)
  }

  /** Attaches a reader with the server's own token. */
  async attach(session: string, cursor: Omit<AttachWith, "session" | "token"> = {}, token = this.hub.token): Promise<Tape> {
    const tape = new Tape(await this.door.attach({ session, token, ...cursor }), cursor.after, this.door.isAsked === true)
    this.#tapes.push(tape)
    return tape
  }

  /** Attaches a tape again from its cursor, as often as the server is away. */
  async again(tape: Tape, session: string): Promise<void> {
    const { last } = tape
    const request = { session, token: this.hub.token, ...(last === undefined ? {} : { after: last }) }
    tape.continueWith(await eventually("the door takes the reader back", () => this.door.attach(request)))
  }

  /** Starts a turn, through the door where it sends. */
  async send(session: string, text: string, key: string = crypto.randomUUID()): Promise<void> {
    const { send } = this.door
    if (send === undefined) return this.calls.say(session, text, key)
    await send({ session, text, token: this.hub.token, key })
  }

  /** Where a reader attaches who is to be given all there is. */
  get beginning(): { readonly after?: number } {
    return this.door.shows === "events" ? { after: 0 } : {}
  }

  /** Ends what the check opened. */
  async tidy(): Promise<void> {
    for (const tape of this.#tapes.splice(0)) {
      tape.resume()
      await tape.close()
    }
    await this.calls.tidy()
  }
}

/** Tries one check of a door. Never fails: what goes wrong is in the result. */
export async function runCheck(check: Check, door: DoorUnderTest, hub: HubUnderTest): Promise<Result> {
  const { id, title, proves = [] } = check
  const suite = new Suite(door, hub)
  const skipped = reasonToSkip(check, suite)
  if (skipped !== undefined) return { id, title, proves, outcome: "skipped", reason: skipped, milliseconds: 0, figures: {} }
  const began = performance.now()
  const problems: Array<string> = []
  try {
    await check.run(suite)
  } catch (error) {
    problems.push(error instanceof CheckFailed ? error.message : String(error))
  }
  try {
    await suite.tidy()
  } catch (error) {
    problems.push(`tidying up: ${String(error)}`)
  }
  const milliseconds = Math.round(performance.now() - began)
  const { figures } = suite
  if (problems.length === 0) return { id, title, proves, outcome: "passed", milliseconds, figures }
  return { id, title, proves, outcome: "failed", reason: problems.join("; "), milliseconds, figures }
}

function reasonToSkip({ lacks, shows }: Check, suite: Suite): string | undefined {
  if (shows !== undefined && shows !== suite.door.shows) return `for a door that shows ${shows}`
  return lacks?.(suite)
}

/** Checks that are tried at a time. */
const AT_ONCE = 6

/** Tries the checks, first those that stand others beside them; `tell` hears of each as it ends. The results are in the order of the checks. */
export async function runSuite(
  checks: ReadonlyArray<Check>,
  door: DoorUnderTest,
  hub: HubUnderTest,
  tell: (result: Result) => void = () => undefined,
): Promise<ReadonlyArray<Result>> {
  const results = new Map<Check, Result>()
  const work = async (queue: Array<Check>): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const result = await runCheck(check, door, hub)
      results.set(check, result)
      tell(result)
    }
  }
  const together = checks.filter(({ alone }) => alone === undefined)
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(together)))
  await work(checks.filter(({ alone }) => alone !== undefined))
  await door.close?.()
  return checks.flatMap((check) => results.get(check) ?? [])
}
