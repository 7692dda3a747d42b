/** The parts of the settings, each with its address, and what the palette can ask of them. */
import { Store } from "../ui/store.ts"

/** Names of the parts by their addresses, in order. */
export const PARTS = {
  appearance: "Appearance",
  keys: "Keys",
  terminals: "Terminals",
  notifications: "Notifications",
  devices: "Devices",
  agents: "Agents",
  rules: "Permission rules",
  trust: "Trusted directories",
  import: "Import",
  about: "About",
} as const

/** A part of the settings. */
export type SettingsPart = keyof typeof PARTS

/** Milliseconds within which the settings have to come. */
const SOON = 10_000

const asked = new Store(-Infinity)

/** When a link for a phone was asked for from elsewhere, in epoch milliseconds. */
export const pairingAsked = asked

/** Asks for a link for a phone, which the settings make when they come. */
export function askPairing(): void {
  asked.set(Date.now())
}

/** Takes what was asked; false when that is nothing, or was long ago. */
export function takePairing(): boolean {
  const isAsked = Date.now() - asked.get() < SOON
  if (isAsked) asked.set(-Infinity)
  return isAsked
}
