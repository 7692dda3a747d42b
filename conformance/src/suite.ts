/**
 * The suite: checks as plain functions, run one after the other, whose results are data.
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
    const tape = new Tape(await this.door.attach({ session, token, ...cursor }), cursor.after)
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
  async send(session: string, text: string): Promise<void> {
    const { send } = this.door
    if (send === undefined) return this.calls.say(session, text)
    await send({ session, text, token: this.hub.token, key: crypto.randomUUID() })
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
  const { id, title } = check
  const suite = new Suite(door, hub)
  const skipped = reasonToSkip(check, suite)
  if (skipped !== undefined) return { id, title, outcome: "skipped", reason: skipped, milliseconds: 0, figures: {} }
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
  if (problems.length === 0) return { id, title, outcome: "passed", milliseconds, figures }
  return { id, title, outcome: "failed", reason: problems.join("; "), milliseconds, figures }
}

function reasonToSkip({ lacks, shows }: Check, suite: Suite): string | undefined {
  if (shows !== undefined && shows !== suite.door.shows) return `for a door that shows ${shows}`
  return lacks?.(suite)
}

/** Tries the checks one after the other; `tell` hears of each as it ends. */
export async function runSuite(
  checks: ReadonlyArray<Check>,
  door: DoorUnderTest,
  hub: HubUnderTest,
  tell: (result: Result) => void = () => undefined,
): Promise<ReadonlyArray<Result>> {
  const results: Array<Result> = []
  for (const check of checks) {
    const result = await runCheck(check, door, hub)
    results.push(result)
    tell(result)
  }
  await door.close?.()
  return results
}
