/** Drafts in this browser: text and files, so that a page that is killed loses nothing of them (docs/protocol/app-rules.md, APP-48). */
import { type IDBPDatabase, openDB } from "idb"
import type { KeptDraft } from "./draft-state.ts"

const NAME = "holdfast-drafts"
const DRAFTS = "drafts"

/** Most drafts that are kept; the ones that were changed longest ago go. */
const DRAFTS_MAX = 200

let opening: Promise<IDBPDatabase> | undefined

function database(): Promise<IDBPDatabase> {
  opening ??= openDB(NAME, 1, {
    upgrade: (made) => {
      made.createObjectStore(DRAFTS, { keyPath: "session" }).createIndex("time", "time")
    },
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    terminated: () => (opening = undefined),
  })
  opening.catch(() => (opening = undefined))
  return opening
}

/** Told once: a browser without storage keeps drafts on the hub alone. */
let isTold = false
function tell(cause: unknown): void {
  if (!isTold) console.warn("drafts are kept on the hub alone:", cause)
  isTold = true
}

/** Reads the draft of a session; nothing where the browser keeps none. */
export async function readDraft(session: string): Promise<KeptDraft | undefined> {
  try {
    return (await (await database()).get(DRAFTS, session)) as KeptDraft | undefined
  } catch (cause) {
    tell(cause)
    return undefined
  }
}

/** Writes a draft; an empty one is removed. */
export async function writeDraft(draft: KeptDraft): Promise<void> {
  try {
    const drafts = (await database()).transaction(DRAFTS, "readwrite")
    if (draft.text === "" && draft.files.length === 0) await drafts.store.delete(draft.session)
    else await drafts.store.put(draft)
    const extra = (await drafts.store.count()) - DRAFTS_MAX
    if (extra > 0) for (const key of await drafts.store.index("time").getAllKeys(undefined, extra)) await drafts.store.delete(key)
    await drafts.done
  } catch (cause) {
    tell(cause)
  }
}
