/** Changes in words and signs. */
import type { Change, Changes } from "@holdfast/protocol/changes"

/** A letter and a word for a file's change. */
export function signOf({ status, untracked, conflicted }: Change): {
  readonly letter: string
  readonly word: string
  readonly kind: string
} {
  if (conflicted === true) return { letter: "!", word: "conflicted", kind: "fail" }
  if (untracked === true && status === "added") return { letter: "+", word: "new, not tracked yet", kind: "add" }
  switch (status) {
    case "added":
      return { letter: "+", word: "added", kind: "add" }
    case "deleted":
      return { letter: "−", word: "deleted", kind: "del" }
    case "renamed":
      return { letter: "→", word: "renamed", kind: "soft" }
    case "copied":
      return { letter: "⧉", word: "copied", kind: "soft" }
    case "retyped":
      return { letter: "T", word: "of another type", kind: "soft" }
    case "modified":
      return { letter: "~", word: "modified", kind: "soft" }
  }
}

/** What else there is to say of a file. */
export function remarksOf({ binary, submodule, mode, staged, unstaged, from }: Change): ReadonlyArray<string> {
  return [
    ...(from === undefined ? [] : [`was ${from}`]),
    ...(submodule === true ? ["submodule"] : []),
    ...(binary === true && submodule !== true ? ["binary"] : []),
    ...(mode === undefined ? [] : [modeWords(mode)]),
    ...(staged === true ? [unstaged === true ? "partly staged" : "staged"] : []),
  ]
}

function modeWords({ from, to }: { readonly from: string; readonly to: string }): string {
  if (to === "120000") return "now a link"
  if (from === "120000") return "was a link"
  if (from === "100644" && to === "100755") return "now executable"
  if (from === "100755" && to === "100644") return "no longer executable"
  return `mode ${from} → ${to}`
}

/** The name of a file and the directory in front of it. */
export function partsOf(path: string): { readonly directory: string; readonly name: string } {
  const at = path.lastIndexOf("/") + 1
  return { directory: path.slice(0, at), name: path.slice(at) }
}

/** What is compared with, in a few words. */
export function baseWords({ base, branch }: Changes): string {
  if (base.kind === "branch") return `${branch ?? "this commit"} since it left ${base.name ?? "its base"}`
  if (base.kind === "turn") return "since the last turn began"
  return branch === undefined ? "since the last commit" : `${branch} since the last commit`
}
