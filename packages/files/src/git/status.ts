/** Reads what Git prints of a working tree: `status --porcelain=v2 -z`, `diff --raw --numstat -z`. Names are bytes (`bytes.ts`). */

/** One path of the status. */
export interface PathStatus {
  readonly path: string
  readonly kind: "tracked" | "untracked" | "conflicted"
  readonly staged: boolean
  readonly unstaged: boolean
  readonly submodule: boolean
}

/** Options of the status that is read. */
export const STATUS = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=dirty"]

/** Reads a status; directories that are repositories of their own are left out. */
export function readStatus(items: ReadonlyArray<string>): ReadonlyArray<PathStatus> {
  const found: Array<PathStatus> = []
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!
    const form = item[0]
    if (form === "?") {
      const path = item.slice(2)
      if (!path.endsWith("/")) found.push({ path, kind: "untracked", staged: false, unstaged: true, submodule: false })
      continue
    }
    if (form !== "1" && form !== "2" && form !== "u") continue
    const fields = item.split(" ")
    const before = form === "1" ? 8 : form === "2" ? 9 : 10
    const path = fields.slice(before).join(" ")
    const [x = ".", y = "."] = fields[1] ?? ""
    found.push({
      path,
      kind: form === "u" ? "conflicted" : "tracked",
      staged: form !== "u" && x !== ".",
      unstaged: form === "u" || y !== ".",
      submodule: fields[2]?.[0] === "S",
    })
    // A renamed one is followed by its old name.
    if (form === "2") at++
  }
  return found
}

/** One file of a diff. `status` is Git's letter; modes are octal. Neither binary nor counted: its content was not looked at. */
export interface DiffedFile {
  readonly path: string
  readonly from?: string
  readonly status: string
  readonly modes: readonly [string, string]
  readonly binary?: true
  readonly additions?: number
  readonly deletions?: number
}

const DIFF = ["--no-ext-diff", "--no-textconv", "--raw", "-z", "--ignore-submodules=dirty"]

/** Options of the diff that is read, before what it is compared with. */
export const DIFF_COUNTS = ["diff", ...DIFF, "--numstat", "-M", "-l500"]
/** The same without what needs objects: counts, and renames with changes. What was touched and not changed is in it, unless the index was refreshed. */
export const DIFF_NAMES = ["diff-index", ...DIFF, "--no-renames"]

/** Reads a diff of names and counts. */
export function readDiffNames(items: ReadonlyArray<string>): ReadonlyArray<DiffedFile> {
  const files = new Map<string, DiffedFile>()
  let at = 0
  while (at < items.length) {
    const item = items[at++]!
    if (item.startsWith(":")) {
      const [from = "", to = "", , , letters = "M"] = item.slice(1).split(" ")
      const status = letters[0]!
      const first = items[at++] ?? ""
      const moved = status === "R" || status === "C"
      const path = moved ? (items[at++] ?? "") : first
      // A conflicted file is listed as unmerged and then as what it is.
      if (status !== "U" || !files.has(path))
        files.set(path, { path, status, modes: [from, to], ...(moved ? { from: first } : {}) })
      continue
    }
    const [added = "", deleted = "", name = ""] = item.split("\t")
    const moved = name === ""
    if (moved) at++
    const path = moved ? (items[at++] ?? "") : item.slice(added.length + deleted.length + 2)
    const known = files.get(path)
    if (known === undefined) continue
    const counted = added === "-" ? { binary: true as const } : { additions: Number(added), deletions: Number(deleted) }
    files.set(path, { ...known, ...counted })
  }
  return [...files.values()]
}
