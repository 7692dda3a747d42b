/** The icon of the page: the mark, with an amber diamond while something waits. */

const MARK = "M16 4v15.2M16 19.2c-2.4 0-6.4 2.4-9.6 8M16 19.2c2.4 0 6.4 2.4 9.6 8M16 19.2v8M10.4 9.6 16 13.6l5.6-4"

/** The icon as an address of data. */
export function iconOf(waiting: number, isOnline: boolean): string {
  const color = isOnline ? "#2aa393" : "#7d8c8a"
  const mark = `<path d="${MARK}" fill="none" stroke="${color}" stroke-width="2.6" stroke-linecap="round"/>`
  const diamond = waiting === 0 ? "" : `<path d="M22 1l9 9-9 9-9-9z" fill="#f0ad45" stroke="#1c1302" stroke-width="1"/>`
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${mark}${diamond}</svg>`)}`
}
