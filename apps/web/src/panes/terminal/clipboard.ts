/** The clipboard: what people copy, and what programs want to put into it (OSC 52), which no program ever reads. */

/** Longest text that a program may put into the clipboard, in characters of base64. */
const LONGEST = 1024 * 1024

/** The text that a program wants in the clipboard; `undefined` for a question, and for what is none. */
export function writtenBy(data: string): string | undefined {
  const at = data.indexOf(";")
  const encoded = data.slice(at + 1)
  if (at < 0 || encoded === "" || encoded === "?" || encoded.length > LONGEST) return undefined
  if (!/^[\w+/-]*={0,2}$/.test(encoded)) return undefined
  try {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0))
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    // Neither base64 nor text: nothing that a clipboard could take.
    return undefined
  }
}

/** Puts a text into the clipboard; false where the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without a safe context there is only the old way.
    return copiedByEvent(text)
  }
}

function copiedByEvent(text: string): boolean {
  let isDone = false
  const give = (event: ClipboardEvent): void => {
    event.clipboardData?.setData("text/plain", text)
    event.preventDefault()
    event.stopImmediatePropagation()
    isDone = true
  }
  addEventListener("copy", give, { capture: true, once: true })
  document.execCommand("copy")
  removeEventListener("copy", give, { capture: true })
  return isDone
}

/** The text of the clipboard; `undefined` where the browser does not give it, or the person does not want it. */
export async function pastedText(): Promise<string | undefined> {
  try {
    return await navigator.clipboard.readText()
  } catch {
    return undefined
  }
}
