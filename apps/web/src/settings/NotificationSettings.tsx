/** Notifications on this device: off until asked for; what keeps them from coming, and the devices that get some. */
import type { ReactElement } from "react"
import { useHub } from "@holdfast/react"
import type { Hub } from "@holdfast/client/model"
import type { PushReason } from "@holdfast/protocol/push"
import { delivery, turnOff, turnOn, wanted } from "../notifications/delivery.ts"
import type { Delivery } from "../notifications/delivery.ts"
import { Button } from "../ui/Button.tsx"
import { useStore } from "../ui/store.ts"
import { Time } from "../ui/Time.tsx"
import { Part, Things } from "./Part.tsx"
import { useAsked } from "./use-asked.ts"
import css from "./settings.module.css"

const REASONS: Readonly<Record<PushReason, string>> = {
  waiting: "When something waits for your answer",
  ended: "When a turn or a program has ended",
}

const readDevices = async ({ connection }: Hub) => (await connection.call("push.list", {})).devices

/** How they come, in words. */
function howOf(now: Delivery): string {
  if (now.kind === "off") return "Off on this device."
  if (now.kind === "asking") return "The browser asks you."
  if (now.kind === "push") return "They come to this device, also while the app is closed."
  if (now.kind === "page") return `They come while the app is open. ${now.why}`
  return "why" in now ? now.why : ""
}

/** What this device is told of, and all devices that are told. */
export function NotificationSettings(): ReactElement {
  const hub = useHub()
  const on = useStore(wanted)
  const now = useStore(delivery)
  const { value, problem, change, again } = useAsked(readDevices)
  const toggle = async (reason: PushReason): Promise<void> => {
    const next = on.includes(reason) ? on.filter((one) => one !== reason) : [...on, reason]
    const { connection } = hub.hub
    await (next.length === 0 ? turnOff(connection) : turnOn(connection, next))
    again()
  }
  return (
    <>
      <Part title="Notifications" about="For this device. A page that shows the session keeps quiet about it.">
        {(["waiting", "ended"] as const).map((reason) => (
          <label key={reason} className={css["switch"]}>
            <input
              type="checkbox"
              role="switch"
              aria-checked={on.includes(reason)}
              checked={on.includes(reason)}
              onChange={() => void toggle(reason)}
            />
            <span>{REASONS[reason]}</span>
          </label>
        ))}
        <p className={css["about"]} role="status">
          {howOf(now)}
        </p>
      </Part>
      <Part title="Devices that are told" problem={problem}>
        <Things value={value} none="There are none.">
          {({ client, name, on: reasons, since, problem: why }) => (
            <li key={client}>
              <b dir="auto">{name ?? "A device"}</b>
              <span>
                {reasons.map((reason) => REASONS[reason].toLowerCase()).join(", ")} · <Time at={since} />
                {why === undefined ? null : ` · ${why}`}
              </span>
              <Button onClick={() => void change(({ connection }) => connection.call("push.test", { client }))}>Try it</Button>
              <Button kind="danger" onClick={() => void change(({ connection }) => connection.call("push.remove", { client }))}>
                Remove
              </Button>
            </li>
          )}
        </Things>
      </Part>
    </>
  )
}
