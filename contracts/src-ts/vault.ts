export { assetVaultAbi } from '../abi/asset-vault-abi.ts'
export { receiptAbi } from '../abi/receipt-abi.ts'
