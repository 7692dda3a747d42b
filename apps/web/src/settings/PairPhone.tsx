/** A phone is paired: a code and a link that sign it in once, and word of it as soon as it is there. */
import { useCallback, useEffect, useState } from "react"
import type { ReactElement } from "react"
import { useConnection, useHub } from "@holdfast/react"
import { makeDeviceApi } from "@holdfast/client/model"
import type { Hub } from "@holdfast/client/model"
import type { HubAddress, PairingMade } from "@holdfast/protocol/http-bodies"
import { serverUrl } from "../app/base.ts"
import { Button } from "../ui/Button.tsx"
import { useStore } from "../ui/store.ts"
import { deviceOf, type Outcome } from "./device-of.ts"
import { pairingAsked, takePairing } from "./parts.ts"
import { QrCode } from "./QrCode.tsx"
import css from "./devices.module.css"

/** Seconds for which the server keeps a question about a link: less than a call may take. */
const WAIT = 25

type After = Outcome | undefined

/** What came of a link that was made; while the server is away nothing is asked. */
function useDeviceOf(pairing: string | undefined, onPaired: () => void): After {
  const { hub } = useHub()
  const { isConnected } = useConnection()
  const [after, setAfter] = useState<{ readonly pairing: string; readonly is: After } | undefined>(undefined)
  const is = after?.pairing === pairing ? after?.is : undefined
  useEffect(() => {
    if (pairing === undefined || !isConnected || is !== undefined) return undefined
    const gone = new AbortController()
    const { signal } = gone
    deviceOf(() => makeDeviceApi(hub.http).paired(pairing, WAIT, { signal }), signal).then(
      (found) => {
        setAfter({ pairing, is: found })
        if (found !== "over") onPaired()
      },
      // The person has left, or the server refuses to say.
      () => undefined,
    )
    return () => gone.abort()
  }, [hub, pairing, isConnected, is, onPaired])
  return is
}

interface PairPhoneProps {
  readonly make: (act: (hub: Hub) => Promise<unknown>) => Promise<boolean>
  /** There is a new device. */
  readonly onPaired: () => void
}

/** The button, then the code. */
export function PairPhone({ make, onPaired }: PairPhoneProps): ReactElement {
  const [made, setMade] = useState<PairingMade | undefined>(undefined)
  const after = useDeviceOf(made?.pairing, onPaired)
  const pair = useCallback(() => void make(async (hub) => setMade(await makeDeviceApi(hub.http).pair())), [make])
  const asked = useStore(pairingAsked)
  useEffect(() => {
    if (takePairing()) pair()
  }, [asked, pair])
  if (made === undefined || after === "over")
    return (
      <div className={css["begin"]}>
        {after === "over" ? <p role="status">The link has expired: nothing opened it in time.</p> : null}
        <Button kind="kelp" onClick={pair}>
          {after === "over" ? "Make another link" : "Pair a phone"}
        </Button>
      </div>
    )
  if (after !== undefined)
    return (
      <div className={css["begin"]}>
        <p role="status">
          <bdi>{after.name}</bdi> is signed in. It is in the list above.
        </p>
        <Button onClick={() => setMade(undefined)}>Done</Button>
      </div>
    )
  return <Code key={made.pairing} made={made} onClose={() => setMade(undefined)} />
}

/** The address that this page is at, where others reach it too, or else the one that the server chose. */
function firstAddress({ address, addresses, isLocal }: PairingMade): HubAddress {
  const here = addresses.find((one) => !one.isLocal && one.address === serverUrl().replace(/\/$/, ""))
  return here ?? { address, isLocal }
}

function Code({ made, onClose }: { readonly made: PairingMade; readonly onClose: () => void }): ReactElement {
  const [chosen, choose] = useState(() => firstAddress(made))
  const [isCopied, setIsCopied] = useState(false)
  const url = chosen.address + made.url.slice(made.address.length)
  const copy = (): void => void navigator.clipboard?.writeText(url).then(() => setIsCopied(true))
  return (
    <div className={css["pair"]}>
      <QrCode text={url} label="QR code of the link" />
      <div className={css["told"]}>
        <p>
          Scan the code with the phone&apos;s camera, or open the link there. It works once, until{" "}
          {new Date(made.expiresAt).toLocaleTimeString(undefined, { timeStyle: "short" })}.
        </p>
        {chosen.isLocal ? <Unreachable address={chosen.address} /> : null}
        {made.addresses.length < 2 ? null : (
          <label>
            Address{" "}
            <select
              value={chosen.address}
              onChange={({ target }) => choose(made.addresses.find(({ address }) => address === target.value) ?? chosen)}
            >
              {made.addresses.map(({ address, isLocal }) => (
                <option key={address} value={address}>
                  {isLocal ? `${address} (this machine only)` : address}
                </option>
              ))}
            </select>
          </label>
        )}
        <code dir="ltr">{url}</code>
        <span className={css["acts"]}>
          <Button onClick={copy}>{isCopied ? "Copied" : "Copy the link"}</Button>
          <Button kind="quiet" onClick={onClose}>
            Close
          </Button>
        </span>
      </div>
    </div>
  )
}

function Unreachable({ address }: { readonly address: string }): ReactElement {
  return (
    <p className={css["warned"]} role="note">
      A phone cannot use <bdi dir="ltr">{address}</bdi>: it leads every device to itself. Let phones reach the server first, by a
      VPN, a proxy, or a certificate of its own; <code>docs/guide/phone.md</code> says how. This link works through an ssh tunnel
      on the phone alone.
    </p>
  )
}
