// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";
import { SignedVoucher, VirtualTerms } from "../interfaces/SluiceTypes.sol";
import { Messages } from "./Messages.sol";
import { Signatures } from "./Signatures.sol";
import { Store } from "./Store.sol";
import { Ticks } from "./Ticks.sol";
import { TypedData } from "./TypedData.sol";
import { VirtualWord, VirtualWords } from "./VirtualWord.sol";

/// @title Virtuals
/// @notice Closing and redeeming virtual channels.
library Virtuals {
    uint256 private constant SHORTEST_PATH = 2;
    uint256 private constant LONGEST_PATH = 6;

    /// @notice Starts the window at amount 0, unless it began before.
    function start(Store storage store, bytes32 id, uint32 disputeWindow) internal {
        if (store.virtuals[id].finalAt() != 0) return;
        uint64 finalAt = uint64(block.timestamp + disputeWindow);
        store.virtuals[id] = VirtualWords.make(0, finalAt);
        emit ISluiceEvents.VirtualUpdated(id, 0, finalAt);
    }

    /// @notice Raises the amount by a voucher, and starts the window if `sender` may.
    /// @param soft Whether to answer with a refusal's selector rather than to revert with it.
    /// @return refusal Zero if it was redeemed.
    function redeem(
        Store storage store,
        bytes32 id,
        bytes32 domain,
        VirtualTerms calldata terms,
        SignedVoucher calldata voucher,
        address sender,
        bool soft
    ) internal returns (bytes4 refusal) {
        if (!isPath(terms)) {
            if (soft) return ISluiceErrors.BadPath.selector;
            revert ISluiceErrors.BadPath(terms.path.length);
        }
        VirtualWord was = store.virtuals[id];
        uint64 finalAt = was.finalAt();
        bool fresh = finalAt == 0;
        if (fresh) {
            if (!isMember(terms, sender)) {
                if (soft) return ISluiceErrors.VirtualNotClosing.selector;
                revert ISluiceErrors.VirtualNotClosing(id, sender);
            }
            finalAt = uint64(block.timestamp + terms.disputeWindow);
        } else if (block.timestamp >= finalAt) {
            if (soft) return ISluiceErrors.VirtualFinal.selector;
            revert ISluiceErrors.VirtualFinal(id, finalAt);
        }
        uint128 amount = Ticks.value(voucher.amount, voucher.tickValue, voucher.ticks, terms.capacity);
        if (!fresh && amount <= was.amount()) {
            if (soft) return ISluiceErrors.NotHigher.selector;
            revert ISluiceErrors.NotHigher(id, was.amount(), amount);
        }
        if (!isTick(voucher)) {
            if (soft) return ISluiceErrors.BadTick.selector;
            revert ISluiceErrors.BadTick(id, voucher.ticks, voucher.tickCount);
        }
        bytes32 digest = TypedData.digest(domain, Messages.ofVoucher(id, voucher));
        if (!Signatures.isBy(terms.path[0], digest, voucher.signature)) {
            if (soft) return ISluiceErrors.BadSignature.selector;
            revert ISluiceErrors.BadSignature(digest, terms.path[0]);
        }
        store.virtuals[id] = VirtualWords.make(amount, finalAt);
        emit ISluiceEvents.VirtualUpdated(id, amount, finalAt);
    }

    /// @notice Whether `who` is on the path.
    function isMember(VirtualTerms calldata terms, address who) internal pure returns (bool) {
        uint256 length = terms.path.length;
        for (uint256 i; i < length; ++i) {
            if (terms.path[i] == who) return true;
        }
        return false;
    }

    /// @notice Whether `payer` and `receiver` follow each other on the path.
    function areNeighbours(VirtualTerms calldata terms, address payer, address receiver) internal pure returns (bool) {
        uint256 length = terms.path.length;
        for (uint256 i = 1; i < length; ++i) {
            if (terms.path[i - 1] == payer && terms.path[i] == receiver) return true;
        }
        return false;
    }

    /// @notice Refuses a path that is too short or too long.
    function requirePath(VirtualTerms calldata terms) internal pure {
        if (!isPath(terms)) revert ISluiceErrors.BadPath(terms.path.length);
    }

    function isPath(VirtualTerms calldata terms) private pure returns (bool) {
        return terms.path.length >= SHORTEST_PATH && terms.path.length <= LONGEST_PATH;
    }

    // Claiming no tick needs no preimage.
    function isTick(SignedVoucher calldata voucher) private pure returns (bool) {
        uint32 ticks = voucher.ticks;
        if (ticks == 0) return true;
        return ticks <= voucher.tickCount && Ticks.hashChain(voucher.preimage, ticks) == voucher.tickAnchor;
    }
}
