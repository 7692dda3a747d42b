/** Forgetting what this browser keeps of this server, when it was signed out: as the page starts, while nothing has it open. */
import { basePath } from "./base.ts"

/** Milliseconds that other tabs have to let go. */
const PATIENCE = 2000

const askedItem = (): string => `holdfast-forget${basePath()}`

/** Whether a database or an item of this browser is of this server, by its name. */
export function isOfServer(name: string, base: string): boolean {
  // Those of a server at another path of the same origin have its path behind their name.
  const stem = name.slice(0, name.length - base.length)
  return name === "holdfast-drafts" || (name.endsWith(base) && /^holdfast-(?:app|outbox-app)[\w-]*$/.test(stem))
}

/** The next load of the page forgets it. */
export function askToForget(): void {
  localStorage.setItem(askedItem(), "yes")
}

/** Forgets it, where that was asked for; `undefined` where it was not. */
export function forgetIfAsked(): Promise<void> | undefined {
  try {
    return localStorage.getItem(askedItem()) === null ? undefined : forget()
  } catch {
    // A browser that keeps nothing has nothing to forget.
    return undefined
  }
}

async function forget(): Promise<void> {
  const base = basePath()
  for (const name of Object.keys(localStorage)) if (isOfServer(name, base)) localStorage.removeItem(name)
  const all = await indexedDB.databases()
  const own = all.flatMap(({ name = "" }) => (isOfServer(name, base) ? [name] : []))
  await Promise.race([Promise.all(own.map(removed)), new Promise((resolve) => setTimeout(resolve, PATIENCE))])
  localStorage.removeItem(askedItem())
}

function removed(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error ?? new Error(`${name} could not be removed`))
  })
}
