/**
 * A program that puts marks into an outbox in a file, for tests that kill it: `FILE URL TOKEN SESSION NAME COUNT`.
 *
 * Prints `stored NAME/N` when a mark is stored and `idle` whenever all that it knows of is sent; never ends by itself.
 */
import { openOutbox, sendOverHttp } from "@holdfast/client/outbox"

const [file = "", origin = "", token = "", session = "", name = "", count = "0"] = process.argv.slice(2)
const outbox = await openOutbox({ name: "test", file, send: sendOverHttp({ origin, fetch, token, timeout: 5000 }) })

const tell = (): void => {
  const { counts, isSending } = outbox.state
  if (counts.pending + counts.processing === 0) console.log("idle")
  if (isSending) console.log("sending")
}
outbox.listen(tell)
for (let n = 1; n <= Number(count); n++) {
  const text = `${name}/${n}`
  await outbox.add("log.mark", { session, text }).stored
  console.log(`stored ${text}`)
}
tell()
// It lives until it is killed.
setInterval(() => undefined, 60_000)
