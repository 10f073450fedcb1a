// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { CreditRedirect } from "../../interfaces/SluiceTypes.sol";
import { Channels } from "../channels/Channels.sol";
import { Signatures } from "../signing/Signatures.sol";
import { Store } from "../Store.sol";

/// @title Redirects
/// @notice Signed redirections of credits, each good for once.
library Redirects {
    /// @notice Uses up a redirection, or refuses it.
    /// @param store All storage.
    /// @param digest What was signed.
    /// @param redirect The redirection.
    /// @param signature The account's.
    function consume(Store storage store, bytes32 digest, CreditRedirect calldata redirect, bytes calldata signature)
        internal
    {
        Channels.requireBefore(redirect.deadline);
        useNonce(store, redirect.account, redirect.nonce);
        if (!Signatures.isConsent(redirect.account, digest, signature)) {
            revert ISluiceErrors.BadSignature(digest, redirect.account);
        }
    }

    /// @notice Uses up a nonce, or refuses one that is not the account's next.
    /// @param store All storage.
    /// @param account Whose.
    /// @param nonce The nonce.
    function useNonce(Store storage store, address account, uint256 nonce) internal {
        uint256 next = store.redirectNonces[account];
        if (nonce != next) revert ISluiceErrors.WrongNonce(account, next, nonce);
        store.redirectNonces[account] = next + 1;
        emit ISluiceEvents.RedirectNonceUsed(account, nonce);
    }
}
