/**
 * Gets the files of a part of the app before the browser imports it: builds call this around each `import()` (vite.config.ts;
 * docs/protocol/app-rules.md, APP-16).
 *
 * Invariant: no module is imported before its files are here. Chromium keeps a module that could not be fetched as failed for as
 * long as the page lives, so that it could not be tried again.
 */

/** The files of a part could not be fetched; they can be asked for again. */
export class PartAway extends Error {}

/** The server does not have the files of a part: it serves another version of the app. */
export class PartGone extends Error {}

/** Files that are here or on their way, by their address. */
const files = new Map<string, Promise<void>>()

/** The module that a function imports: builds do not name it where it is the only file of the part. */
const IMPORTED = /\bimport\(\s*["'`]([^"'`]+)["'`]\s*\)/

/** Imports a part once `names`, its files, are here: modules, and styles, which then are in force. `from` is the module that wants it. */
export async function loadChunk<A>(load: () => Promise<A>, names: ReadonlyArray<string> = [], from?: string): Promise<A> {
  const own = IMPORTED.exec(String(load))?.[1]
  const all = new Set([...names, ...(own === undefined ? [] : [own])].map((name) => new URL(name, from ?? import.meta.url).href))
  await Promise.all([...all].map(file))
  return load()
}

function file(url: string): Promise<void> {
  const known = files.get(url) ?? (isInPage(url) ? Promise.resolve() : url.endsWith(".css") ? style(url) : fetched(url))
  files.set(url, known)
  known.catch(() => files.delete(url))
  return known
}

/** Whether the page came with a file. */
const isInPage = (url: string): boolean =>
  [...document.querySelectorAll<HTMLLinkElement>("link[href]")].some((link) => link.href === url) ||
  [...document.scripts].some((script) => script.src === url)

/** Gets a module; the import finds it in the browser's cache. */
async function fetched(url: string): Promise<void> {
  let answer: Response
  try {
    answer = await fetch(url)
    if (answer.ok) await answer.arrayBuffer()
  } catch (cause) {
    throw new PartAway("The server does not answer.", { cause })
  }
  if (answer.status === 404) throw new PartGone("The server has another version of the app, without this part.")
  // What stands before a server says so while it is away.
  if (!answer.ok) throw new PartAway(`The server answered with ${answer.status}.`)
}

/** Puts a style into the page. */
async function style(url: string): Promise<void> {
  await fetched(url)
  const link = document.createElement("link")
  Object.assign(link, { rel: "stylesheet", href: url, crossOrigin: "" })
  const settled = new Promise<void>((resolve, reject) => {
    link.addEventListener("load", () => resolve())
    link.addEventListener("error", () => {
      link.remove()
      reject(new PartAway("A style could not be loaded."))
    })
  })
  document.head.append(link)
  return settled
}
