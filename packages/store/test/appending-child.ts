/** A process that appends to a store until it is killed and prints what was acknowledged: `appending-child.ts PATH SEED [sealBytes]`. */
import * as Effect from "effect/Effect"
import { Store } from "@holdfast/store/Store"
import { sampleEvent, sampleId, sampleState } from "../src/contract/sample.ts"
import * as SqliteStore from "../src/sqlite/SqliteStore.ts"

const SESSIONS = 8
const WINDOW = 4
const [path = "", seedText = "1", sealText = "65536"] = process.argv.slice(2)
const seed = Number(seedText)

const program = Effect.gen(function* () {
  const store = yield* Store
  for (let n = 1; n <= SESSIONS; n++) {
    const id = sampleId(n)
    yield* store.create({ id, records: [], state: sampleState(id), key: { key: `create-${n}`, hash: "h" } })
    const { session, epoch, nextSeq } = yield* store.claim(id)
    let seq = nextSeq
    const next = (): void => {
      const at = seq++
      const text = "x".repeat((at * 7919 + seed) % 400)
      const key = { key: `key-${at}`, hash: `hash-${at}` }
      store.append(
        { session, epoch, records: [sampleEvent(at, { text })], key, journal: { runner: "r", child: "c", position: at } },
        (outcome) => {
          if (outcome._tag !== "Appended") process.stderr.write(`session ${n} seq ${at}: ${JSON.stringify(outcome)}\n`)
          process.stdout.write(`${n} ${at}\n`)
          next()
        },
      )
    }
    for (let one = 0; one < WINDOW; one++) next()
  }
  yield* Effect.never
})

await Effect.runPromise(Effect.provide(program, SqliteStore.layer({ path, sealBytes: Number(sealText) })))
