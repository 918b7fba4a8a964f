export {
  type CipherGCMTypes,
  constants,
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
