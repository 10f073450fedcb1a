// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IERC3009
/// @notice A transfer by signature that only its recipient can submit.
interface IERC3009 {
    /// @notice Moves tokens to the caller by `from`'s ECDSA signature.
    /// @param from Whose tokens, and who signed.
    /// @param to The recipient, who has to be the caller.
    /// @param value How many.
    /// @param validAfter Only after this timestamp.
    /// @param validBefore Only before this timestamp.
    /// @param nonce Chosen by the signer; each of an account's is used once.
    /// @param v Of the signature.
    /// @param r Of the signature.
    /// @param s Of the signature.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice The same with a signature of any length, for tokens that take contract wallets.
    /// @param from Whose tokens, and who signed.
    /// @param to The recipient, who has to be the caller.
    /// @param value How many.
    /// @param validAfter Only after this timestamp.
    /// @param validBefore Only before this timestamp.
    /// @param nonce Chosen by the signer; each of an account's is used once.
    /// @param signature The signature, in whatever form the token takes.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
