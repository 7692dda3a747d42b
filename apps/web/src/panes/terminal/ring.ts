/** The sound of a bell: short and low, once at a time. */

/** How long it sounds, in seconds, and how high, in hertz. */
const LONG = 0.08
const HIGH = 440

let context: AudioContext | undefined
let isRinging = false

/** Rings, where the browser lets a page sound. */
export function bell(): void {
  if (isRinging) return
  context ??= new AudioContext()
  if (context.state !== "running") return void context.resume()
  const tone = context.createOscillator()
  const volume = context.createGain()
  tone.frequency.value = HIGH
  volume.gain.setValueAtTime(0.08, context.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + LONG)
  tone.connect(volume).connect(context.destination)
  isRinging = true
  tone.onended = () => (isRinging = false)
  tone.start()
  tone.stop(context.currentTime + LONG)
}
