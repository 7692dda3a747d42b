/**
 * `holdfast pair`: a phone that is let in, as a device of its own.
 */
import { type DeviceApi, makeDeviceApi } from "@holdfast/client/http/device-api"
import type { PairingMade, TokenScope, TokenShown } from "@holdfast/protocol/http-bodies"
import { toFailure } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, print, printJson } from "../output.ts"
import { httpOptions, useHub } from "../server/hub.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"

/** Asks the hub about devices. */
export async function asked<A>(question: (api: DeviceApi) => Promise<A>): Promise<A> {
  const { target } = useHub()
  try {
    return await question(makeDeviceApi(httpOptions(target)))
  } catch (error) {
    throw toFailure(error, target.origin)
  }
}

/** What the device is to be, and which address its link has. */
export interface PairOptions {
  readonly name: string | undefined
  readonly url: string | undefined
  readonly scope: TokenScope
  readonly json: boolean
}

/** Where the ways to a machine are written that listens for itself alone. */
const GUIDE = "docs/guide/phone.md"

/** Seconds for which the hub keeps a question about a link: less than a call may take. */
const WAIT = 25

/** Makes a link for a device; where a person is at the terminal, shows it as a QR code too and says when a device has opened it. */
export async function pair({ name, url, scope, json }: PairOptions): Promise<void> {
  const wishes = { ...(name === undefined ? {} : { name }), ...(url === undefined ? {} : { address: url }) }
  const made = await asked((api) => api.pair({ scope, ...wishes }))
  if (json) return printJson(made)
  if (!process.stdout.isTTY) {
    const problem = localWords(made)
    if (problem.length > 0) complain(problem.join("\n"))
    return print(made.url)
  }
  const { code } = await import("./qr-code.ts")
  print(...code(made.url, process.stdout, process.env), made.url, "", ...words(made))
  print("Ctrl-C ends the command; the link stays good.")
  const device = await deviceOf(made.pairing)
  print(
    device === undefined
      ? `the link is over; a new one: ${hint("pair")}`
      : `${printable(device.name)} is signed in (${device.id})`,
  )
}

/** The device that opens a link; none when its time is over. */
async function deviceOf(pairing: string): Promise<TokenShown | undefined> {
  for (;;) {
    const { device, isOpen } = await asked((api) => api.paired(pairing, WAIT))
    if (device !== undefined || !isOpen) return device
  }
}

/** What an address cannot do that leads every device to itself. */
function localWords({ address, isLocal }: Pick<PairingMade, "address" | "isLocal">): ReadonlyArray<string> {
  if (!isLocal) return []
  return [
    `A phone cannot reach ${address} by itself: that address leads every device to itself. ${GUIDE} says how a phone gets`,
    "to this machine: a VPN, a proxy, a certificate of the hub's own, or, for this very link, an ssh tunnel on the phone.",
  ]
}

/** What to do with it, and what the address cannot do. */
function words({ address, addresses, expiresAt, isLocal }: PairingMade): ReadonlyArray<string> {
  const others = addresses.filter((one) => one.address !== address)
  const time = span(Math.ceil((expiresAt - Date.now()) / 1000) * 1000)
  return [
    `Scan the code with the phone's camera, or open the link there. It works once, for ${time}; then the device is listed by: ${hint("token ls")}`,
    ...localWords({ address, isLocal }),
    ...(others.length === 0
      ? []
      : [
          `Other addresses for --url: ${others.map((one) => (one.isLocal ? `${one.address} (this machine only)` : one.address)).join(", ")}`,
        ]),
  ]
}
