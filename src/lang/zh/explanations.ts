// What the dictionary says of the texts of known software, by its English (pairing/software, pairing/symptom.ts).
export const explanations: Readonly<Record<string, string>> = {
  "grpc-go 1.63 or later calls any second HEADERS of a stream, and any id that is even or not above the highest, an illegal stream id":
    "grpc-go 1.63 及以后的版本把一个流上的第二个 HEADERS，以及偶数 ID 或不大于已有最大值的 ID，都称为非法的流 ID（illegal stream id）",
  "grpc-go calls any second HEADERS of a stream, and any id that is even or not above the highest, an illegal stream id; 1.63 or later says so in GOAWAY too":
    "grpc-go 把一个流上的第二个 HEADERS，以及偶数 ID 或不大于已有最大值的 ID，都称为非法的流 ID（illegal stream id）；1.63 及以后的版本在 GOAWAY 里也这样写",
};
