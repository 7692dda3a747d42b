/** Runs a store on a disk that fails as planned, cuts the power at several moments and looks at what is left. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { Store } from "@holdfast/store/Store"
import { readAll, sampleId, seqsOf, type StoreService } from "@holdfast/store/contract/sample"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { randomFrom } from "../sizes.ts"
import { type DiskOperation, readDiskRecord } from "./disk-record.ts"
import { PowerCut } from "./PowerCut.ts"

const CHILD = new URL("./power-child.ts", import.meta.url).pathname
const SOURCE = new URL("./faulty-disk.c", import.meta.url).pathname
/** Milliseconds after which a run is taken for stuck. */
const STUCK = 60_000

/** A disk's plan and what is random about it. */
export interface PowerPlan {
  readonly seed: number
  /** Rules of `faulty-disk.c`. */
  readonly faults: string
  /** The process ends without closing its store. */
  readonly leave: boolean
  /** Pages after which the write-ahead log starts over. */
  readonly walPages: number
  /** A second process works on the same files afterwards, without faults: what the first one left in memory, it takes for stored. */
  readonly again: boolean
  /** Probability that a page which a failed sync covered is on the disk anyway. */
  readonly survives: number
  /** Moments at which the power is cut, besides the end. */
  readonly cuts: number
}

/** What a run showed. */
export interface PowerResult {
  readonly acknowledged: number
  readonly failures: number
  /** What the process told. */
  readonly told: string
  /** What was lost, doubled or damaged, in words. */
  readonly wrong: ReadonlyArray<string>
}

/** Compiles the failing disk into a directory; `undefined`, and why, when it cannot be. */
export function compileFaultyDisk(folder: string): { readonly library: string } | { readonly missing: string } {
  if (process.platform !== "linux") return { missing: "it preloads a library, which is tried on Linux only" }
  const library = join(folder, "faulty-disk.so")
  const { error, status, stderr } = spawnSync("gcc", ["-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl", "-lpthread"])
  if (error !== undefined) return { missing: "gcc is not installed" }
  return status === 0 ? { library } : { missing: `gcc failed: ${stderr.toString("utf8")}` }
}

/** Carries out a plan with the library that `compileFaultyDisk` gave. */
export async function runPower(library: string, plan: PowerPlan): Promise<PowerResult> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-power-")))
  try {
    const root = join(base, "root")
    mkdirSync(root)
    const record = join(base, "record")
    await runChild(library, plan, root, record)
    if (plan.again) await runChild(library, { ...plan, seed: plan.seed + 1, faults: "" }, root, record)
    const operations = readDiskRecord(record)
    return await cutAndLook(operations, plan, root, join(base, "left"))
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

async function runChild(
  library: string,
  { seed, faults, leave, walPages }: PowerPlan,
  root: string,
  record: string,
): Promise<void> {
  const disk = { LD_PRELOAD: library, FAULTY_DISK_ROOT: root, FAULTY_DISK_RECORD: record, FAULTY_DISK_PLAN: faults }
  const args = [CHILD, root, String(seed), String(walPages), ...(leave ? ["leave"] : [])]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...disk }, stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text))
  const stuck = setTimeout(() => child.kill("SIGKILL"), STUCK)
  const [code, signal] = (await once(child, "close")) as [number | null, string | null]
  clearTimeout(stuck)
  if (code === 0 || (signal === "SIGKILL" && faults.includes("KILL"))) return
  throw new Error(`the child ended with ${code ?? signal}: ${said.slice(-2000)}`)
}

async function cutAndLook(
  operations: ReadonlyArray<DiskOperation>,
  plan: PowerPlan,
  root: string,
  left: string,
): Promise<PowerResult> {
  const random = randomFrom(plan.seed ^ 0x5eed)
  const disk = new PowerCut(root, { random, survives: plan.survives })
  // Most cuts come soon after the fault: later the log has started over.
  const fault = Math.max(
    0,
    operations.findIndex(({ failed }) => failed),
  )
  const moments = new Set([operations.length])
  for (let cut = 0; cut < plan.cuts; cut++) moments.add(fault + 1 + Math.floor(random() ** 2 * (operations.length - fault)))
  const wrong: Array<string> = []
  for (const [at, operation] of operations.entries()) {
    disk.replay(operation)
    if (!moments.has(at + 1)) continue
    const problems = await look(disk, left)
    wrong.push(...problems.map((problem) => `cut after ${at + 1} of ${operations.length}: ${problem}`))
  }
  return {
    acknowledged: disk.told.split("\n").filter((line) => line.startsWith("+")).length,
    failures: disk.told.split("\n").filter((line) => line.startsWith("!")).length,
    told: disk.told,
    wrong,
  }
}

/** Highest seq that was acknowledged or shown, by session. */
function promises(told: string): Map<number, number> {
  const seqs = new Map<number, number>()
  for (const line of told.split("\n")) {
    const [what, n, seq] = line.split(" ")
    if ((what === "+" || what === "=") && seq !== undefined) seqs.set(Number(n), Math.max(Number(seq), seqs.get(Number(n)) ?? 0))
  }
  return seqs
}

/** Cuts the power, opens the store on what is left, and says what is wrong with it. */
async function look(disk: PowerCut, left: string): Promise<ReadonlyArray<string>> {
  rmSync(left, { recursive: true, force: true })
  disk.cut(left)
  const path = join(left, "data", "holdfast.db")
  const promised = promises(disk.told)
  if (promised.size === 0 && !existsSync(path)) return []
  const layer = SqliteStore.layer({ path })
  const checked = Effect.flatMap(Store, (store) => Effect.forEach([...promised], ([n, seq]) => wrongWith(store, n, seq)))
  const found = await Effect.runPromise(
    Effect.matchCause(Effect.provide(checked, layer), {
      onSuccess: (problems) => problems.flat(),
      onFailure: (cause) => [String(cause)],
    }),
  )
  return [...found, ...integrity(path)]
}

const wrongWith = (store: StoreService, n: number, promised: number) =>
  Effect.gen(function* () {
    const head = yield* store.head(sampleId(n))
    const problems: Array<string> = []
    if (head.lastSeq < promised) problems.push(`session ${n} ends at ${head.lastSeq}, ${promised} was promised`)
    const seqs = seqsOf(yield* readAll(store, head.session, 0, 65_536))
    if (seqs.length !== head.lastSeq || seqs.some((seq, at) => seq !== at + 1)) problems.push(`session ${n} is not dense`)
    for (let at = 1; at <= head.lastSeq; at++) {
      const key = yield* store.keyed(head.session, `key-${at}`)
      if (key?.first !== at || key.last !== at) problems.push(`session ${n} has key ${at} at ${key?.first}`)
    }
    const damage = yield* store.verify(sampleId(n))
    if (damage !== undefined) problems.push(damage.message)
    return problems
  })

function integrity(path: string): ReadonlyArray<string> {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const answer = db.prepare("PRAGMA integrity_check").get()?.["integrity_check"]
    const doubled = db.prepare("SELECT 1 FROM keys GROUP BY session, first HAVING count(*) > 1").get()
    return [
      ...(answer === "ok" ? [] : [`integrity: ${String(answer)}`]),
      ...(doubled === undefined ? [] : ["a key is there twice"]),
    ]
  } catch (cause) {
    return [`integrity: ${String(cause)}`]
  } finally {
    db.close()
  }
}
