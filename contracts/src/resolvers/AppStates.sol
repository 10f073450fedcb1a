// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IAppResolver } from "./IAppResolver.sol";
import { FixedPart, RecoveredVariablePart, Signature, SignedVariablePart, VariablePart } from "./IForceMoveApp.sol";

/// @title AppStates
/// @notice Hashes of Nitro's states, and who signed them.
library AppStates {
    /// @notice Nitro's own id of a channel, over which states are signed.
    /// @param fixedPart What no move changes.
    function channelIdOf(FixedPart calldata fixedPart) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                fixedPart.participants, fixedPart.channelNonce, fixedPart.appDefinition, fixedPart.challengeDuration
            )
        );
    }

    /// @notice What participants sign of a state.
    /// @param channelId Nitro's own id of the channel.
    /// @param part The state.
    function hashOf(bytes32 channelId, VariablePart calldata part) internal pure returns (bytes32) {
        return keccak256(abi.encode(channelId, part.appData, part.outcome, part.turnNum, part.isFinal));
    }

    /// @notice What a challenger signs of the state that it puts up.
    /// @param stateHash What participants sign of the state.
    function challengeHashOf(bytes32 stateHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(stateHash, "forceMove"));
    }

    /// @notice The states as an app is shown them.
    /// @param fixedPart What no move changes.
    /// @param channelId Nitro's own id of the channel.
    /// @param parts The states with their signatures.
    /// @return recovered The same, with a bit for each participant who signed.
    function recover(FixedPart calldata fixedPart, bytes32 channelId, SignedVariablePart[] calldata parts)
        internal
        pure
        returns (RecoveredVariablePart[] memory recovered)
    {
        recovered = new RecoveredVariablePart[](parts.length);
        for (uint256 i; i < parts.length; ++i) {
            recovered[i] = recover(fixedPart, channelId, parts[i]);
        }
    }

    /// @notice A state as an app is shown it. Signatures of others than participants count for nothing.
    /// @param fixedPart What no move changes.
    /// @param channelId Nitro's own id of the channel.
    /// @param part The state with its signatures.
    /// @return recovered The same, with a bit for each participant who signed.
    function recover(FixedPart calldata fixedPart, bytes32 channelId, SignedVariablePart calldata part)
        internal
        pure
        returns (RecoveredVariablePart memory recovered)
    {
        recovered.variablePart = part.variablePart;
        bytes32 hash = hashOf(channelId, part.variablePart);
        for (uint256 i; i < part.sigs.length; ++i) {
            recovered.signedBy |= bitOf(fixedPart.participants, signerOf(hash, part.sigs[i]));
        }
    }

    /// @notice Who signed a hash in Ethereum's signed-message form.
    /// @param hash What was signed.
    /// @param signature The signature.
    /// @return signer Who signed; never zero.
    function signerOf(bytes32 hash, Signature calldata signature) internal pure returns (address signer) {
        bytes32 digest = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash));
        signer = ecrecover(digest, signature.v, signature.r, signature.s);
        if (signer == address(0)) revert IAppResolver.BadSignature(digest);
    }

    /// @notice The bit of a participant; zero for anybody else.
    /// @param participants Both of them.
    /// @param who Who is looked for.
    function bitOf(address[] calldata participants, address who) internal pure returns (uint256) {
        if (who == participants[0]) return 1;
        return who == participants[1] ? 2 : 0;
    }
}
