export {
  type CipherGCMTypes,
  constants as cryptoConstants,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  getCiphers,
  type KeyObject,
  privateDecrypt,
  timingSafeEqual,
  X509Certificate,
} from "node:crypto";
