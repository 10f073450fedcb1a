// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { CompactSignature } from "../../interfaces/SluiceTypes.sol";

/// @title Signatures
/// @notice Who signed a digest: ECDSA for signers, ECDSA or ERC-1271 for accounts.
library Signatures {
    /// @dev Half the order of secp256k1: a higher s is the malleable twin of a valid signature, and refused.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 private constant S_MASK = 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;
    uint256 private constant ECRECOVER = 1;
    bytes4 private constant ERC1271_MAGIC = 0x1626ba7e;

    /// @notice Whether `signer` signed. Zero is nobody.
    /// @param signer Who.
    /// @param digest What.
    /// @param signature Its signature.
    function isBy(address signer, bytes32 digest, CompactSignature calldata signature) internal view returns (bool ok) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            let yParityAndS := calldataload(add(signature, 0x20))
            let s := and(yParityAndS, S_MASK)
            mstore(m, digest)
            mstore(add(m, 0x20), add(27, shr(255, yParityAndS)))
            mstore(add(m, 0x40), calldataload(signature))
            mstore(add(m, 0x60), s)
            // what signs for nobody gives no answer
            mstore(0x00, 0)
            pop(staticcall(gas(), ECRECOVER, m, 0x80, 0x00, 0x20))
            let by := mload(0x00)
            ok := and(and(eq(by, signer), gt(by, 0)), iszero(gt(s, HALF_ORDER)))
        }
    }

    /// @notice Whether there is a signature at all.
    /// @param signature The signature, or zeros.
    function isNone(CompactSignature calldata signature) internal pure returns (bool) {
        return signature.r == 0 && signature.yParityAndS == 0;
    }

    /// @notice Whether `account` consents: by its own key, or, if it has code, by its ERC-1271 answer.
    /// @param account Who.
    /// @param digest To what.
    /// @param signature Its signature.
    function isConsent(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (account == address(0)) return false;
        if (recover(digest, signature) == account) return true;
        return account.code.length != 0 && isErc1271(account, digest, signature);
    }

    /// @notice The signer of a 65-byte (r, s, v) or 64-byte (r, yParityAndS) signature; zero if it is not one.
    /// @param digest What was signed.
    /// @param signature The signature.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        if (signature.length == 64) return recoverCompact(digest, bytes32(signature[0:32]), bytes32(signature[32:64]));
        if (signature.length != 65) return address(0);
        uint256 s = uint256(bytes32(signature[32:64]));
        if (s > HALF_ORDER) return address(0);
        return ecrecover(digest, uint8(signature[64]), bytes32(signature[0:32]), bytes32(s));
    }

    function recoverCompact(bytes32 digest, bytes32 r, bytes32 yParityAndS) private pure returns (address) {
        uint256 s = uint256(yParityAndS) & type(uint256).max >> 1;
        if (s > HALF_ORDER) return address(0);
        unchecked {
            return ecrecover(digest, uint8(27 + (uint256(yParityAndS) >> 255)), r, bytes32(s));
        }
    }

    // At most 32 bytes of the answer are copied, however long it is.
    function isErc1271(address account, bytes32 digest, bytes calldata signature) private view returns (bool ok) {
        bytes memory input = abi.encodeWithSelector(ERC1271_MAGIC, digest, signature);
        bytes32 answer;
        uint256 size;
        assembly ("memory-safe") {
            ok := staticcall(gas(), account, add(input, 0x20), mload(input), 0x00, 0x20)
            answer := mload(0x00)
            size := returndatasize()
        }
        return ok && size >= 32 && answer == bytes32(ERC1271_MAGIC);
    }
}
