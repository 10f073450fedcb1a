// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IPermit2
/// @notice The one call of Permit2's signature transfers that deposits use.
interface IPermit2 {
    /// @notice What the owner permits to be moved.
    /// @param token The token.
    /// @param amount The most that may be moved.
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    /// @notice What the owner signs.
    /// @param permitted What may be moved.
    /// @param nonce One of the owner's unordered nonces; each is used once.
    /// @param deadline Last timestamp at which it may be used.
    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice What whoever submits asks for.
    /// @param to Who gets the tokens.
    /// @param requestedAmount How many, at most what is permitted.
    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Moves the owner's tokens by a signature that also covers a witness.
    /// @param permit What the owner signed.
    /// @param transferDetails Where the tokens go, and how many.
    /// @param owner Whose tokens.
    /// @param witness Struct hash of what else the owner signed.
    /// @param witnessTypeString The witness' type, as Permit2 wants it: the rest of the permit's own type string.
    /// @param signature The owner's: ECDSA or ERC-1271.
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}
