/** What the present files are compared with (docs/protocol/rules.md, FS-20). */
import type { AskOf } from "@holdfast/link/file-messages"
import type { ComparedWith, NoChanges } from "@holdfast/protocol/changes"
import { baseRef, type Repository } from "./repository.ts"
import { failed } from "./run-git.ts"
import { Shadow } from "./Shadow.ts"
import { lastSnapshot, objectsOf, placeOf, type Snapshot } from "./snapshot-record.ts"

/** A base with a shadow that has its objects. */
export interface Base {
  readonly compared: ComparedWith
  readonly shadow: Shadow
  /** Of a turn: what was too large to be kept. */
  readonly snapshot?: Snapshot
}

const noBase = (message: string): NoChanges => ({ available: false, reason: "NoBase", message })

type Place = Pick<AskOf<"changes">, "kept" | "base">

/** Finds the base and makes the shadow; the caller removes it. */
export async function openBase(repository: Repository, { kept, base }: Place): Promise<Base | NoChanges> {
  const place = placeOf(kept)
  if (base === "turn") {
    const snapshot = await lastSnapshot(place, repository.top)
    if (snapshot === undefined) return noBase("no turn has begun in this directory yet; what it changes is shown once it has")
    const shadow = await Shadow.make(place, repository, [objectsOf(place, snapshot.turn)])
    const { turn, tree: id, time } = snapshot
    return { shadow, snapshot, compared: { kind: "turn", id, turn, time } }
  }
  const shadow = await Shadow.make(place, repository)
  try {
    const compared = await comparedWith(repository, shadow, base)
    if (!("available" in compared)) return { shadow, compared }
    await shadow.remove()
    return compared
  } catch (cause) {
    await shadow.remove()
    throw cause
  }
}

async function comparedWith(
  repository: Repository,
  shadow: Shadow,
  base: "uncommitted" | "branch",
): Promise<ComparedWith | NoChanges> {
  if (base === "branch") return branchBase(repository, shadow)
  return { kind: "uncommitted", id: repository.head ?? (await emptyTree(shadow)) }
}

const emptyTree = async (shadow: Shadow): Promise<string> =>
  (await shadow.gitOut(["hash-object", "-t", "tree", "-w", "--stdin"])).toString("utf8").trim()

async function branchBase(repository: Repository, shadow: Shadow): Promise<ComparedWith | NoChanges> {
  const { head } = repository
  if (head === undefined) return noBase("this repository has no commit yet")
  const ref = await baseRef(repository)
  if (ref === undefined) return noBase("there is no other branch to compare with")
  const name = ref.name.replace(/^refs\/(heads|remotes)\//, "")
  const ran = await shadow.git(["merge-base", head, ref.id])
  if (ran.code === 1) return noBase(`this branch and ${name} have no commit in common`)
  if (ran.code !== 0) throw failed(["merge-base"], ran)
  return { kind: "branch", id: ran.out.toString("utf8").trim().split("\n")[0]!, name }
}
