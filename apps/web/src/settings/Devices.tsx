/** This device, the devices that were paired, and the tokens of programs. */
import { useId } from "react"
import type { ReactElement } from "react"
import type { Hub } from "@holdfast/client/model"
import { ownName } from "../app/device.ts"
import { useStore } from "../ui/store.ts"
import { DeviceRow } from "./DeviceRow.tsx"
import { NewToken } from "./NewToken.tsx"
import { PairPhone } from "./PairPhone.tsx"
import { Part, Things } from "./Part.tsx"
import { SignOut } from "./SignOut.tsx"
import { useAsked } from "./use-asked.ts"
import css from "./settings.module.css"

const readTokens = async (hub: Hub) => (await hub.sessions.tokens()).tokens

/** Devices and tokens. */
export function Devices(): ReactElement {
  const { value, problem, change, again } = useAsked(readTokens)
  // A device that may not administer is told so once.
  const isShown = value !== undefined || problem === undefined
  return (
    <>
      <Part title="This device" about="What others who watch a session, and your other devices, see.">
        <OwnName />
      </Part>
      <SignOut />
      <Part
        title="Paired devices"
        about="Yours, such as a phone: each with your drafts and marks, and signed out by itself. One that is revoked is signed out at once."
        problem={problem}
      >
        {isShown ? (
          <>
            <Things value={value?.filter(({ device }) => device === true)} none="There are none.">
              {(token) => <DeviceRow key={token.id} token={token} change={change} />}
            </Things>
            <PairPhone make={change} onPaired={again} />
          </>
        ) : null}
      </Part>
      {isShown ? (
        <Part title="Tokens" about="Each signs in one program. Revoking one closes what it has opened.">
          <Things
            value={value?.filter(({ device }) => device !== true)}
            none="There are none. A link from the server signs in a browser without one."
          >
            {(token) => <DeviceRow key={token.id} token={token} change={change} />}
          </Things>
          <NewToken make={(act) => change(act)} />
        </Part>
      ) : null}
    </>
  )
}

function OwnName(): ReactElement {
  const name = useStore(ownName)
  const id = useId()
  return (
    <div className={css["line"]}>
      <label htmlFor={id}>Name</label>
      <input
        id={id}
        defaultValue={name}
        dir="auto"
        maxLength={100}
        autoComplete="off"
        onBlur={(event) => ownName.choose(event.target.value.trim())}
      />
      <small>It is used from the next load of the page on; an empty one is made of browser and system.</small>
    </div>
  )
}
