/** Saves what the page has as a file of the person's. */

/** Milliseconds after which the browser has taken it. */
const TAKEN = 60_000

/** Hands a file to the browser, under a name. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), TAKEN)
}
