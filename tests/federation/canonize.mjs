// Canonical N-Quads of N-Quads by another implementation of RDFC-1.0: node canonize.mjs < in > out
import { readFileSync } from "node:fs";
import rdfCanonize from "rdf-canonize";

const input = readFileSync(0, "utf8");
const options = { algorithm: "RDFC-1.0", inputFormat: "application/n-quads", maxWorkFactor: Infinity };
process.stdout.write(await rdfCanonize.canonize(input, options));
