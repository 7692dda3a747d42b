/** Forgetting what this browser keeps of this server, when it was signed out: as the page starts, while nothing has it open. */
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { basePath } from "./base.ts"

/** Milliseconds that other tabs have to let go. */
const PATIENCE = 2000

const askedItem = (): string => `holdfast-forget${basePath()}`

/** What is of no person: how the page of sign-in looks, the name of the browser in lists, and what another part removes. */
const STAYS = /^holdfast-(?:app-theme|app-text-size|client|key|forget)$/

/** What each server at one origin has for itself: its path is behind it. */
const APART = /^holdfast-(?:app|app-layout|app-screens?|outbox-app|forget|key)$/

/** Whether a database or an item of this browser is of this server, by its name. All are that are not known to be something else. */
export function isOfServer(name: string, base: string): boolean {
  // What is of one session has it behind a space.
  const [head = ""] = name.split(" ")
  const at = head.indexOf("/")
  const stem = at === -1 ? head : head.slice(0, at)
  if (!/^holdfast[-.]/.test(stem) || STAYS.test(stem)) return false
  return head.slice(stem.length) === (APART.test(stem) || at !== -1 ? base : "")
}

/** The next load of the page forgets it. */
export function askToForget(): void {
  localStorage.setItem(askedItem(), "yes")
}

/** What a tab that hears of it late forgets: someone is signed in again by then, whose words stay. */
const LATE = "late"

/**
 * Another tab signs this browser out: this one starts over, and forgets what it writes as it goes. A tab that stood still meanwhile may
 * hear of it when someone is signed in again.
 */
export function followForgetting(): void {
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== askedItem() || newValue === null) return
    try {
      const isLate = localStorage.getItem(KEY_ITEM + basePath()) !== null
      sessionStorage.setItem(askedItem(), isLate ? LATE : newValue)
    } finally {
      location.replace(document.baseURI)
    }
  })
}

/** Forgets it, where that was asked for; `undefined` where it was not. */
export function forgetIfAsked(): Promise<void> | undefined {
  try {
    if (sessionStorage.getItem(askedItem()) === LATE) forgetScreens()
    const isAsked = [localStorage, sessionStorage].some((items) => items.getItem(askedItem()) !== null)
    return isAsked ? forget() : undefined
  } catch {
    // A browser that keeps nothing has nothing to forget.
    return undefined
  }
}

/** The screens that tabs have left as they went. */
function forgetScreens(): void {
  sessionStorage.removeItem(askedItem())
  for (const name of Object.keys(localStorage))
    if (name.startsWith(`holdfast-app-screen${basePath()} `)) localStorage.removeItem(name)
}

async function forget(): Promise<void> {
  const base = basePath()
  for (const items of [localStorage, sessionStorage])
    for (const name of Object.keys(items)) if (isOfServer(name, base)) items.removeItem(name)
  const all = await indexedDB.databases()
  const own = all.flatMap(({ name = "" }) => (isOfServer(name, base) ? [name] : []))
  await Promise.race([Promise.all(own.map(removed)), new Promise((resolve) => setTimeout(resolve, PATIENCE))])
  for (const items of [localStorage, sessionStorage]) items.removeItem(askedItem())
}

function removed(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error ?? new Error(`${name} could not be removed`))
  })
}
