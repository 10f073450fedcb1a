// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, Unlock, VirtualTerms } from "../../src/interfaces/SluiceTypes.sol";
import { Reference } from "../support/Reference.sol";
import { IReceipt, VaultFixture } from "./VaultFixture.sol";

/// @notice Tokens that change hands off chain.
contract VaultChannelTest is VaultFixture {
    function test_painting_belongsToWhoWasPaidIt() public {
        ChannelTerms memory t = channelOf(paintingReceipt());
        sendPainting(abi.encode(t, uint8(0)));
        settled(t, lane(t, 0, 1, 1), noVoucher());
        unwrapAs(accountB, paintingReceipt(), 1, accountB);
        assertEq(paintings.ownerOf(7), accountB);
    }

    function test_painting_thatWasPaidBackBelongsToWhoBroughtIt() public {
        ChannelTerms memory t = channelOf(paintingReceipt());
        sendPainting(abi.encode(t, uint8(0)));
        settled(t, lane(t, 0, 1, 1), lane(t, 1, 1, 1));
        unwrapAs(accountA, paintingReceipt(), 1, accountA);
        assertEq(paintings.ownerOf(7), accountA);
    }

    /// @dev An account that is the vault's address can hold no receipts: they wait as its credit, and the other side has its own.
    function test_receiptsForTheVaultItselfWaitAsACredit() public {
        IReceipt receipt = cardReceipt();
        ChannelTerms memory t = channelOf(receipt);
        t.a.account = address(vault);
        sendCards(10, abi.encode(t, uint8(0)));
        settled(t, lane(t, 0, 1, 4), noVoucher());
        assertEq(receipt.balanceOf(accountB), 4);
        assertEq(receipt.balanceOf(address(vault)), 0);
        assertEq(sluice.creditOf(address(vault), address(receipt)), 6);
        assertEq(receipt.balanceOf(address(sluice)), 6);
    }

    function test_painting_goesOverAVirtualChannel() public {
        ChannelTerms memory t = channelOf(paintingReceipt());
        sendPainting(abi.encode(t, uint8(0)));
        VirtualTerms memory v = virtualTerms(1);
        v.token = t.token;
        bytes32 id = sluice.virtualId(v);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = virtualLeaf(0, 1, id);
        settled(t, lane(t, 0, 1, 0, 1, Reference.rootOf(leaves)), noVoucher());
        finalVirtual(v, 1);
        Unlock memory item = unlockOf(leaves, 0, 1, id);
        sluice.unlock(t, 0, 1, item, PUSH);
        assertEq(paintingReceipt().balanceOf(accountB), 1);
    }

    /// @dev Whatever comes, goes and changes hands: the vault holds as many cards as there are receipts, and those are all held.
    function testFuzz_receipts_areBacked(uint256[16] memory seeds) public {
        cards.mint(holder, 3, 990);
        address[3] memory people = [holder, payee, stranger];
        IReceipt receipt = cardReceipt();
        sendCards(10, "");
        for (uint256 i; i < seeds.length; ++i) {
            act(receipt, people[seeds[i] % 3], people[seeds[i] >> 2 & 1], seeds[i] >> 8);
            uint256 held;
            for (uint256 n; n < 3; ++n) {
                held += receipt.balanceOf(people[n]);
            }
            assertEq(receipt.totalSupply(), held);
            assertEq(cards.balanceOf(address(vault), 3), held);
        }
    }

    function act(IReceipt receipt, address from, address to, uint256 seed) private {
        uint256 amount = (seed >> 8) % 20;
        vm.startPrank(from);
        if (seed % 3 == 0) try cards.safeTransferFrom(from, address(vault), 3, amount, "") { } catch { }
        if (seed % 3 == 1) try vault.unwrap(address(receipt), amount, to) { } catch { }
        if (seed % 3 == 2) try receipt.transfer(to, amount) { } catch { }
        vm.stopPrank();
    }
}
