/** A certificate that signs itself, as a person makes one with openssl: for `localhost` and the loopback addresses, for a day. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A certificate and its key as PEM, and the files that they are in. */
export interface SelfSigned {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** One element of DER: its tag, its length, what it holds. */
function der(tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer {
  const content = Buffer.concat(parts)
  const length = content.length
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: ReadonlyArray<Uint8Array>): Buffer => der(0x30, ...parts)
const hex = (digits: string): Buffer => Buffer.from(digits, "hex")

/** ecdsa-with-SHA256. */
const SIGNED = sequence(der(0x06, hex("2a8648ce3d040302")))

const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(der(0x06, hex("550403")), der(0x0c, Buffer.from(commonName)))))

/** UTCTime, in whole seconds. */
const timeOf = (time: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(time).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`))

const extension = (oid: string, isCritical: boolean, value: Uint8Array): Buffer =>
  sequence(der(0x06, hex(oid)), ...(isCritical ? [der(0x01, hex("ff"))] : []), der(0x04, value))

/** Makes one, in a new folder for temporary files. */
export function makeSelfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const [name, now] = [nameOf("Holdfast under test"), Date.now()]
  const names = sequence(
    der(0x82, Buffer.from("localhost")),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])])),
  )
  const extensions = sequence(extension("551d13", true, sequence(der(0x01, hex("ff")))), extension("551d11", false, names))
  const body = sequence(
    der(0xa0, der(0x02, hex("02"))),
    der(0x02, Buffer.concat([hex("01"), randomBytes(8)])),
    SIGNED,
    name,
    sequence(timeOf(now - 3_600_000), timeOf(now + 24 * 3_600_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, hex("00"), sign("sha256", body, privateKey))
  const lines =
    sequence(body, SIGNED, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  const cert = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  const folder = mkdtempSync(join(tmpdir(), "holdfast-certificate-"))
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key, { mode: 0o600 })
  return { cert, key, certFile, keyFile }
}
