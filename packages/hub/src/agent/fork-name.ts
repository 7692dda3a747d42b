/** What a fork is called: after the session at the beginning of its family, with a number that no other name has (docs/protocol/rules.md, A-75). */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { SessionState } from "@holdfast/core/state"
import type { DoorError } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import type { Store } from "@holdfast/store/Store"
import { storeProblem } from "../session/store-problem.ts"

const LABEL_MAX = 200

/** Characters of the family's name that other names are searched by: a long one is cut at the end of a word. */
const SEARCHED = 150

/** The beginning of a fork's name. */
const FORK = /^Fork (?:\d+ )?of /

/** The session that is forked, as far as its forks are called after it. */
type Forked = Pick<SessionState, "label" | "forkedFrom">

/** The name of the session at the beginning: forks of forks are numbered with those of that session. */
function familyName({ label, forkedFrom }: Forked): string {
  return forkedFrom === undefined ? label : label.replace(FORK, "")
}

/** The first name that is not taken: `Fork of X`, `Fork 2 of X`, and so on. */
function forkName(source: Forked, taken: ReadonlySet<string>): string {
  const family = familyName(source)
  for (let number = 1; ; number++) {
    const name = headOf(`Fork ${number === 1 ? "" : `${number} `}of ${family}`, LABEL_MAX)
    if (!taken.has(name)) return name
  }
}

/** The names of forks that are being made, on one hub. */
export class ForkNames {
  readonly #finding = Semaphore.makeUnsafe(1)
  readonly #held = new Set<string>()

  /** Makes a fork under the first name that is free. It is held until the fork is made or refused, so that no other takes it. */
  name<A>(
    store: Store["Service"],
    source: Forked,
    make: (name: string) => Effect.Effect<A, DoorError>,
  ): Effect.Effect<A, DoorError> {
    const take = Effect.suspend(() => {
      // Those of before the names are read: what is let go of meanwhile may be missing in what was read.
      const held = [...this.#held]
      return Effect.map(takenNames(store, source), (taken) => {
        const name = forkName(source, new Set([...taken, ...held]))
        this.#held.add(name)
        return name
      })
    })
    // One at a time looks for a name; what is copied for a fork keeps no one waiting.
    return Effect.acquireUseRelease(this.#finding.withPermit(take), make, (name) => Effect.sync(() => this.#held.delete(name)))
  }
}

/** The names of its forks that sessions have, archived ones and those in the trash too, and names like them. */
function takenNames(store: Store["Service"], source: Forked): Effect.Effect<ReadonlySet<string>, DoorError> {
  const family = familyName(source)
  const words = family.length <= SEARCHED ? family : headOf(family, SEARCHED).replace(/\S+$/u, "")
  return Effect.gen(function* () {
    const taken = new Set<string>()
    for (const filter of [{}, { status: "deleted" }] as const) {
      let cursor: string | null | undefined
      do {
        const query = { q: `fork of ${words}`, sort: "created", limit: 200, ...filter, ...(cursor ? { cursor } : {}) } as const
        const page = yield* store.list(query).pipe(Effect.mapError(storeProblem))
        for (const { label } of page.sessions) taken.add(label)
        cursor = page.next
      } while (cursor !== null)
    }
    return taken
  })
}
