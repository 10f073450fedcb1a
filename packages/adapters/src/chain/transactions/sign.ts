import type { PreparedTransaction } from '@sluice/engine'
import type { Signer } from '@sluice/protocol'
import { keccak256, serializeTransaction, type TransactionSerializableEIP1559 } from 'viem'

/** Signs a transaction without ever seeing the key. */
export function signTransaction(transaction: TransactionSerializableEIP1559, signer: Signer): PreparedTransaction {
  const signature = signer.sign(keccak256(serializeTransaction(transaction)))
  const raw = serializeTransaction(transaction, {
    r: `0x${signature.slice(2, 66)}`,
    s: `0x${signature.slice(66, 130)}`,
    yParity: signature.endsWith('1c') ? 1 : 0,
  })
  return { raw, hash: keccak256(raw), nonce: transaction.nonce ?? 0 }
}
