import { spawn } from "node:child_process"
import { once } from "node:events"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { readAll, sampleId, seqsOf, type StoreService } from "../src/contract/sample.ts"
import { useStore } from "../src/contract/subject.ts"
import { sqlitePlace } from "./sqlite-place.ts"

const ROUNDS = 12
const script = new URL("./appending-child.ts", import.meta.url).pathname

/** Lets a child append until `acks` acknowledgements came and some milliseconds more, kills it, and gives the last acked seq per session. */
async function appendAndKill(path: string, seed: number, sealBytes: number, acks: number): Promise<Map<number, number>> {
  const child = spawn(process.execPath, [script, path, String(seed), String(sealBytes)], { stdio: ["ignore", "pipe", "inherit"] })
  const exited = once(child, "exit")
  let text = ""
  let seen = 0
  child.stdout.setEncoding("utf8")
  for await (const part of child.stdout as AsyncIterable<string>) {
    text += part
    seen += part.split("\n").length - 1
    if (seen >= acks) child.kill("SIGKILL")
  }
  await exited
  const acked = new Map<number, number>()
  for (const line of text.split("\n").slice(0, -1)) {
    const [n = 0, seq = 0] = line.split(" ").map(Number)
    acked.set(n, Math.max(seq, acked.get(n) ?? 0))
  }
  return acked
}

const check = (store: StoreService, acked: ReadonlyMap<number, number>) =>
  Effect.forEach([...acked], ([n, seq]) =>
    Effect.gen(function* () {
      const head = yield* store.head(sampleId(n))
      expect(head.lastSeq).toBeGreaterThanOrEqual(seq)
      const seqs = seqsOf(yield* readAll(store, head.session, 0, 65_536))
      expect(seqs).toEqual(Array.from({ length: head.lastSeq }, (_, at) => at + 1))
      for (const at of [1, Math.ceil(head.lastSeq / 2), head.lastSeq]) {
        expect(yield* store.keyed(head.session, `key-${at}`)).toEqual({ hash: `hash-${at}`, first: at, last: at })
      }
      expect((yield* store.claim(sampleId(n))).journal?.position).toBe(head.lastSeq)
      expect(yield* store.verify(sampleId(n))).toBeUndefined()
    }),
  )

function integrity(path: string): unknown {
  const db = new DatabaseSync(path, { readOnly: true })
  const answer = db.prepare("PRAGMA integrity_check").get()
  const doubled = db.prepare("SELECT count(*) AS n FROM (SELECT 1 FROM keys GROUP BY session, first HAVING count(*) > 1)").get()
  db.close()
  return { ...answer, ...doubled }
}

describe("a process killed at any moment", () => {
  it("check:D1 and S-5: everything acked is there, dense, keys once, journal position with its events", async () => {
    const place = await sqlitePlace()
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const acked = await appendAndKill(place.path, round, 65_536, 200 + ((round * 7919) % 3000))
        await useStore(place, (store) => check(store, acked))
        expect(integrity(place.path)).toEqual({ integrity_check: "ok", n: 0 })
      }
    } finally {
      await place.remove()
    }
  })

  it("S-20 a kill in the middle of sealing leaves a log that is whole", async () => {
    const place = await sqlitePlace()
    try {
      for (let round = 0; round < 6; round++) {
        const acked = await appendAndKill(place.path, round, 4096, 1500 + ((round * 104_729) % 2000))
        await useStore(place, (store) => Effect.andThen(check(store, acked), store.settle))
        expect(integrity(place.path)).toEqual({ integrity_check: "ok", n: 0 })
      }
    } finally {
      await place.remove()
    }
  })
})
